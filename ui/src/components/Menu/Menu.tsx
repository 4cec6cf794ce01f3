import "./Menu.css";
import * as Radix from "@radix-ui/react-dropdown-menu";
import type { ReactElement } from "react";
import { Icon, type IconName } from "../Icon/Icon";

export interface MenuItem {
  words: string;
  icon?: IconName;
  danger?: boolean;
  onSelect: () => void;
}

interface MenuProps {
  items: readonly MenuItem[];
  align?: "start" | "end";
  children: ReactElement;
}

/** What else can be done with something, behind a button. */
export function Menu({ items, align = "end", children }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu menu-list" align={align} sideOffset={4} collisionPadding={8}>
          {items.map(({ words, icon, danger, onSelect }) => (
            <Radix.Item key={words} className={danger ? "menu-item t-deny" : "menu-item"} onSelect={onSelect}>
              {icon && <Icon name={icon} />}
              {words}
            </Radix.Item>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
