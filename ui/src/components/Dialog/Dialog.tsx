import "./Dialog.css";
import * as Radix from "@radix-ui/react-dialog";
import type { ReactNode } from "react";
import { IconButton } from "../IconButton/IconButton";

interface DialogProps {
  title: string;
  /** One sentence below the title. */
  hint?: ReactNode;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  /** A drawer slides in from the end of the line; a palette has no visible title. */
  look?: "dialog" | "drawer" | "palette";
}

/** The first field, else the dialog itself: a focused button would open its tooltip over what one came to read. */
function focusFirst(event: Event): void {
  event.preventDefault();
  const content = event.currentTarget as HTMLElement;
  (content.querySelector("input") ?? content).focus();
}

/** Something that has to be finished or closed before the rest goes on. */
export function Dialog({ title, hint, open, onClose, children, look = "dialog" }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        {/* Not Radix's own overlay: it writes a style sheet into the page, which the policy refuses. The page does not
            scroll, so there is nothing to hold still. */}
        <div className={`veil veil-${look}`} />
        <Radix.Content
          className={`dlg dlg-${look}`}
          onOpenAutoFocus={focusFirst}
          {...(hint ? {} : { "aria-describedby": undefined })}
        >
          {look === "dialog" ? (
            <header className="dlg-head">
              <Radix.Title>{title}</Radix.Title>
              <Radix.Close asChild>
                <IconButton icon="x" label="Close" />
              </Radix.Close>
            </header>
          ) : (
            <Radix.Title className="vh">{title}</Radix.Title>
          )}
          {hint && <Radix.Description className="dlg-hint">{hint}</Radix.Description>}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
