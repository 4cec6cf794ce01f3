import "./Dialog.css";
import * as Radix from "@radix-ui/react-dialog";
import { useState, type ReactNode, type RefObject } from "react";
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
  /** What has the focus once it is closed; else whatever had it before. */
  focusAfter?: RefObject<HTMLElement | null>;
}

/** The first field, else the dialog itself: a focused button would open its tooltip over what one came to read. */
function focusFirst(event: Event): void {
  event.preventDefault();
  const content = event.currentTarget as HTMLElement;
  (content.querySelector("input") ?? content).focus();
}

/** Something that has to be finished or closed before the rest goes on. */
export function Dialog({ open, onClose, ...rest }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Content {...rest} />
      </Radix.Portal>
    </Radix.Root>
  );
}

type ContentProps = Omit<DialogProps, "open" | "onClose">;

function Content({ title, hint, children, look = "dialog", focusAfter }: ContentProps) {
  // Radix gives the focus back to a trigger of its own only, and none of these has one.
  const [before] = useState(() => document.activeElement);
  const giveBack = (event: Event): void => {
    event.preventDefault();
    // Whatever took the focus meanwhile keeps it.
    if (document.activeElement !== document.body) return;
    const to = focusAfter?.current ?? before;
    if (to instanceof HTMLElement && to.isConnected) to.focus();
  };
  return (
    <>
      {/* Not Radix's own overlay: it writes a style sheet into the page, which the policy refuses. The page does not
          scroll, so there is nothing to hold still. */}
      <div className={`veil veil-${look}`} />
      <Radix.Content
        className={`dlg dlg-${look}`}
        onOpenAutoFocus={focusFirst}
        onCloseAutoFocus={giveBack}
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
    </>
  );
}
