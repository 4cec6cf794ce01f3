import { useState } from "react";
import { Icon } from "../../components/Icon/Icon";
import { IconButton } from "../../components/IconButton/IconButton";
import { Menu } from "../../components/Menu/Menu";
import { Name } from "../../components/Text/Text";
import { useCall, type ConversationRow } from "../../host";
import { visible } from "../../lib/text";
import { DeleteDialog, RenameDialog } from "../ask/ConversationDialogs";

/** How many stand in the navigation; the rest is found with Ctrl K. */
const SHOWN = 30;

type Asked = { what: "rename" | "delete"; row: ConversationRow } | null;

/** The recent questions, each to be opened, renamed or deleted. */
export function Recent({ current }: { current: number | null }) {
  const { data } = useCall("conversation_list", {});
  const [asked, setAsked] = useState<Asked>(null);
  const close = (): void => setAsked(null);
  if (!data || data.length === 0) return null;
  return (
    <>
      <h2>Recent</h2>
      <ul className="nav-recent">
        {data.slice(0, SHOWN).map((row) => (
          <li key={row.id}>
            <a
              className="nav-link"
              href={`#/conversation/${row.id}`}
              title={visible(row.title)}
              {...(row.id === current ? { "aria-current": "true" as const } : {})}
            >
              {row.running && (
                <>
                  <Icon name="retry" size="sm" className="spin" />
                  <span className="vh">Being answered: </span>
                </>
              )}
              <Name className="clip">{row.title}</Name>
            </a>
            <Menu
              items={[
                { words: "Rename", icon: "pen", onSelect: () => setAsked({ what: "rename", row }) },
                {
                  words: "Delete",
                  icon: "x",
                  danger: true,
                  onSelect: () => setAsked({ what: "delete", row }),
                },
              ]}
            >
              <IconButton icon="more" label={`More actions for ${visible(row.title)}`} />
            </Menu>
          </li>
        ))}
      </ul>
      {asked?.what === "rename" && <RenameDialog conversation={asked.row} onClose={close} />}
      {asked?.what === "delete" && <DeleteDialog conversation={asked.row} onClose={close} />}
    </>
  );
}
