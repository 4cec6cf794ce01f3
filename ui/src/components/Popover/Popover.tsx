import "./Popover.css";
import * as Radix from "@radix-ui/react-popover";
import type { ReactElement, ReactNode } from "react";

interface PopoverProps {
  label: string;
  trigger: ReactElement;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  side?: "top" | "bottom";
  align?: "start" | "end";
  children: ReactNode;
}

/** A small sheet of choices beside the button that opens it. */
export function Popover({
  label,
  trigger,
  open,
  onOpenChange,
  side = "bottom",
  align = "start",
  children,
}: PopoverProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className="menu pop"
          aria-label={label}
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
