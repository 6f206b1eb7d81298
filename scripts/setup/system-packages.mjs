// System packages of Debian and Ubuntu, installed through apt where they are absent.

import { answers, must, output } from "./processes.mjs";
import { detail, step, Stop } from "./say.mjs";

/** What building and running the desktop app takes. */
export const TO_RUN = ["build-essential", "pkg-config", "libwebkit2gtk-4.1-dev", "xdg-utils", "libgl1-mesa-dri", "fonts-dejavu-core"];

/**
 * What the tests take on top: a display, a bus, a keyring, a browser, and hands for all of them; what
 * kills a process at its n-th system call, and what starts one nine days later; what installs Python's
 * packages.
 */
export const TO_TEST = [
  "xvfb", "xauth", "x11-utils", "xdotool", "xclip", "dbus", "webkit2gtk-driver", "gnome-keyring", "imagemagick",
  "libglib2.0-bin", "desktop-file-utils", "python3-gi", "gir1.2-gtk-3.0", "chromium",
  "strace", "libfaketime", "python3-venv", "fonts-noto-color-emoji",
];

/** Installs those of `packages` that are absent; asks for the password of sudo where it is not root. */
export async function installSystemPackages(packages) {
  if (process.platform !== "linux") return;
  if (!answers("dpkg-query", ["--version"])) {
    detail(`This is no Debian or Ubuntu: make sure that the likes of these are there: ${packages.join(" ")}`);
    return;
  }
  const absent = packages.filter((name) => !isInstalled(name));
  if (absent.length === 0) return;

  step(`Installing system packages: ${absent.join(" ")}`);
  const [program, ...first] = process.getuid() === 0 ? ["apt-get"] : ["sudo", "apt-get"];
  if (program === "sudo" && !answers("sudo")) {
    throw new Stop(`These packages are missing, and there is no sudo here to install them with. As root, run: apt-get install --no-install-recommends ${absent.join(" ")}`);
  }
  const quiet = { env: { DEBIAN_FRONTEND: "noninteractive" } };
  await must(program, [...first, "update", "-q"], quiet);
  await must(program, [...first, "install", "-q", "-y", "--no-install-recommends", ...absent], {
    ...quiet,
    why: `apt could not install ${absent.join(" ")}. Its own words are above; install them by hand, then run this again.`,
  });
}

function isInstalled(name) {
  return output("dpkg-query", ["-W", "-f=${Status}", name]) === "install ok installed";
}
