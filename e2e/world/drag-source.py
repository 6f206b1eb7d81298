"""A small window whose content is files: something to drag from. Prints where to grab it, and `done`."""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

X, Y, SIZE = 1400, 200, 160


def main() -> None:
    uris = [pathlib.Path(path).resolve().as_uri() for path in sys.argv[1:]]
    window = Gtk.Window(type=Gtk.WindowType.POPUP)
    window.move(X, Y)
    window.set_default_size(SIZE, SIZE)
    label = Gtk.EventBox()
    label.add(Gtk.Label(label="files"))
    window.add(label)
    target = Gtk.TargetEntry.new("text/uri-list", 0, 0)
    label.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [target], Gdk.DragAction.COPY)
    label.connect("drag-data-get", lambda _widget, _context, data, _info, _time: data.set_uris(uris))
    label.connect("drag-end", lambda *_: print("done", flush=True))
    window.show_all()
    GLib.idle_add(lambda: print(X + SIZE // 2, Y + SIZE // 2, flush=True))
    Gtk.main()


main()
