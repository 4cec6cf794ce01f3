import { Button } from "../Button/Button";
import { Menu } from "./Menu";

export const stories = {
  "Behind a button": () => (
    <Menu
      items={[
        { words: "Rename", icon: "pen", onSelect: () => undefined },
        { words: "Delete", icon: "x", danger: true, onSelect: () => undefined },
      ]}
    >
      <Button>More</Button>
    </Menu>
  ),
};
