// Whether a file can be shown as the picture that it is.

import { useEffect, useState } from "react";
import { useIsOffline } from "../../host/queries.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { Node } from "../../platform/wire.ts";

/** What the shell shows; whether it is one, it finds in the file's first bytes. */
const PICTURE = /\.(png|jpe?g|jpe|gif|webp|avif)$/i;
const LARGEST = 20_000_000;
/** Who walks through a list looks at none of them: the picture of a file is asked for when one stays on it. */
const STAYED_MS = 200;

type Picture = {
  /** `null` for none, or none yet. */
  url: string | null;
  isShown: boolean;
  onLoad: () => void;
  onError: () => void;
};

export function usePicture({ id, name, content, trashed_at }: Node): Picture {
  const platform = usePlatform();
  // What could not be fetched is asked for again when the server is back.
  const isOffline = useIsOffline();
  const isOne = trashed_at === null && content !== null && content.size <= LARGEST && PICTURE.test(name);
  const wanted = isOne ? platform.previewUrl(id, content.version) : null;
  const [asked, setAsked] = useState<string | null>(null);
  const [state, setState] = useState<{ url: string | null; isShown: boolean }>({ url: null, isShown: false });

  useEffect(() => {
    const timer = setTimeout(() => {
      setAsked(wanted);
    }, STAYED_MS);
    return () => {
      clearTimeout(timer);
      if (isOffline) setAsked(null);
    };
  }, [wanted, isOffline]);

  const url = asked === wanted ? asked : null;
  return {
    url,
    isShown: url !== null && state.url === url && state.isShown,
    onLoad: () => {
      setState({ url, isShown: true });
    },
    onError: () => {
      setState({ url, isShown: false });
    },
  };
}
