"""Stands where a running Notespot is that ends at the very moment when a second start wants to hand over to it."""

import os

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME = "app.notespot.desktop.SingleInstance"
PATH = "/app/notespot/desktop/SingleInstance"
INTERFACE = """
<node>
  <interface name="org.SingleInstance.DBus">
    <method name="ExecuteCallback"><arg type="as" direction="in"/><arg type="s" direction="in"/></method>
  </interface>
</node>
"""


def main() -> None:
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    interface = Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0]
    # A method that is called: gone, without an answer.
    bus.register_object(PATH, interface, lambda *_: os._exit(0), None, None)
    Gio.bus_own_name_on_connection(
        bus, NAME, Gio.BusNameOwnerFlags.NONE, lambda *_: print("there", flush=True), None
    )
    GLib.MainLoop().run()


main()
