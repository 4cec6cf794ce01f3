import { Key } from "./Key";

export const stories = {
  "Key caps": () => (
    <div className="row">
      <Key>Ctrl K</Key>
      <Key>Esc</Key>
    </div>
  ),
};
