import { Toast } from "@base-ui/react/toast";
import {
  ArrowDownToLine,
  CircleCheck,
  CircleAlert,
  FolderInput,
  Link,
  Trash2,
  TriangleAlert,
  X,
} from "lucide-react";
import type { ReactNode } from "react";
import { Bar } from "../../components/Bar.tsx";
import styles from "./Toasts.module.css";
import { type ToastData, type ToastLook, ToastsContext, useCreateToasts } from "./useToasts.ts";

const ICONS: Record<ToastLook, ReactNode> = {
  done: <CircleCheck aria-hidden />,
  link: <Link aria-hidden />,
  moved: <FolderInput aria-hidden />,
  trash: <Trash2 aria-hidden />,
  warning: <TriangleAlert aria-hidden />,
  error: <CircleAlert aria-hidden />,
  fetching: <ArrowDownToLine aria-hidden />,
};

/** Gives its children `useToasts`, and shows what they say. */
export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider limit={3} timeout={5000}>
      <WithToasts>{children}</WithToasts>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function WithToasts({ children }: { children: ReactNode }) {
  return <ToastsContext value={useCreateToasts()}>{children}</ToastsContext>;
}

function ToastList() {
  const { toasts } = Toast.useToastManager<ToastData>();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.toast} swipeDirection="down">
      <Toast.Content className={styles.content}>
        {ICONS[toast.data?.look ?? "done"]}
        <div className={styles.words}>
          <Toast.Title className={styles.title} render={<div />} />
          <Toast.Description className={styles.description} render={<div />} />
          {toast.data?.part !== undefined && (
            <Bar
              kind="progress"
              label="Downloaded"
              part={toast.data.part}
              look="reversed"
              className={styles.bar}
            />
          )}
        </div>
        <Toast.Action className={styles.action} />
        <Toast.Close className={styles.close} aria-label="Dismiss">
          <X aria-hidden />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
