import { Icon, Mark } from "../../components/Icon/Icon";
import { Key } from "../../components/Key/Key";

export function TitleBar({ onPalette }: { onPalette: () => void }) {
  return (
    <header className="bar">
      <a className="brand" href="#/ask">
        <Mark />
        <span>Attaché</span>
      </a>
      <button className="omni" type="button" aria-keyshortcuts="Control+K" onClick={onPalette}>
        <Icon name="search" size="sm" />
        <span className="clip">Search or jump to…</span>
        <Key>Ctrl K</Key>
      </button>
    </header>
  );
}
