/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Of package.json. */
  readonly VITE_APP_VERSION: string;
}
