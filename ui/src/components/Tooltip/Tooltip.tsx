import "./Tooltip.css";
import * as Radix from "@radix-ui/react-tooltip";
import type { ReactElement } from "react";

/** Once around everything that has tooltips. */
export const TooltipProvider = Radix.Provider;

interface TooltipProps {
  words: string;
  side?: "top" | "right" | "bottom" | "left";
  children: ReactElement;
}

/** What a control without visible words does, or the full text of one that is cut. */
export function Tooltip({ words, side = "bottom", children }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="tip" side={side} sideOffset={6} collisionPadding={8}>
          {words}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
