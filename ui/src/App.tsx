import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { OpeningFiles } from "./features/offline/OpeningFiles.tsx";
import { MainWindow } from "./features/shell/MainWindow.tsx";
import { HostNotices } from "./features/toasts/HostNotices.tsx";
import { ToastProvider } from "./features/toasts/Toasts.tsx";
import { Welcome } from "./features/welcome/Welcome.tsx";
import { createQueryClient } from "./host/createQueryClient.ts";
import { HostEvents } from "./host/HostEvents.tsx";
import { useAppState } from "./host/queries.ts";
import { PlatformContext } from "./platform/PlatformContext.ts";
import type { Platform } from "./platform/types.ts";

export function App({ platform }: { platform: Platform }) {
  const [queries] = useState(createQueryClient);
  return (
    // The window's content security policy forbids style elements.
    <CSPProvider disableStyleElements>
      <PlatformContext value={platform}>
        <QueryClientProvider client={queries}>
          <HostEvents />
          <ToastProvider>
            <HostNotices />
            <OpeningFiles />
            <Screen />
          </ToastProvider>
        </QueryClientProvider>
      </PlatformContext>
    </CSPProvider>
  );
}

function Screen() {
  const userId = useAppState(({ session }) => (session.kind === "signed_in" ? session.me.id : null));
  if (userId === undefined) return null;
  // Another person begins with nothing of the one before.
  return userId === null ? <SignedOutScreen /> : <MainWindow key={userId} />;
}

function SignedOutScreen() {
  const state = useAppState(({ session, server }) => ({ session, server }));
  if (!state || state.session.kind === "signed_in") return null;
  return <Welcome session={state.session} server={state.server} />;
}
