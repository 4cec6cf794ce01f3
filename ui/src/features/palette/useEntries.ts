import type { IconName } from "../../components/Icon/Icon";
import { useCall, useChange, type Settings } from "../../host";
import { fileName } from "../../lib/text";
import type { Stopping } from "../shell/StopSwitch";
import { go } from "../shell/useRoute";

export interface Entry {
  key: string;
  group: string;
  icon: IconName;
  words: string;
  hint?: string;
  keys?: string;
  run: () => void;
}

/** Everything the palette offers for what was written; files are looked up by their name. */
export function useEntries(text: string, onKeys: () => void, stopping: Stopping): Entry[] {
  const said = text.trim();
  const conversations = useCall("conversation_list", {}).data ?? [];
  const files =
    useCall("file_list", { name: said, offset: 0, limit: 8 }, { enabled: said.length > 1, keep: true }).data
      ?.files ?? [];
  const settings = useCall("settings_get", {}).data;
  const { mutate } = useChange("settings_set");
  const open = useChange("file_open").mutate;
  const theme = (words: string, next: Settings["theme"], icon: IconName): Entry => ({
    key: `theme ${next}`,
    group: "Actions",
    icon,
    words,
    run: () => settings && mutate({ ...settings, theme: next }),
  });
  const fixed: Entry[] = [
    { key: "ask", group: "Go to", icon: "ask", words: "Ask", keys: "Ctrl 1", run: () => go({ at: "ask" }) },
    {
      key: "inbox",
      group: "Go to",
      icon: "inbox",
      words: "Inbox",
      keys: "Ctrl 2",
      run: () => go({ at: "inbox" }),
    },
    {
      key: "library",
      group: "Go to",
      icon: "library",
      words: "Library",
      keys: "Ctrl 3",
      run: () => go({ at: "library" }),
    },
    {
      key: "connections",
      group: "Go to",
      icon: "plug",
      words: "Connections",
      keys: "Ctrl 5",
      run: () => go({ at: "connections" }),
    },
    {
      key: "activity",
      group: "Go to",
      icon: "receipt",
      words: "Activity",
      keys: "Ctrl 6",
      run: () => go({ at: "activity" }),
    },
    {
      key: "settings",
      group: "Go to",
      icon: "settings",
      words: "Settings",
      keys: "Ctrl 7",
      run: () => go({ at: "settings" }),
    },
    { key: "folders", group: "Actions", icon: "plus", words: "Add folder", run: () => go({ at: "welcome" }) },
    stopping.stopped
      ? { key: "start", group: "Actions", icon: "play", words: "Start sending again…", run: stopping.ask }
      : {
          key: "stop",
          group: "Actions",
          icon: "stop",
          words: "Stop all sending",
          hint: "Nothing is sent, everything can be read",
          run: stopping.stop,
        },
    {
      key: "hosts",
      group: "Actions",
      icon: "globe",
      words: "Show the hosts that were contacted",
      run: () => go({ at: "activity", hosts: true }),
    },
    {
      key: "permissions",
      group: "Actions",
      icon: "shield",
      words: "Show your permissions",
      run: () => go({ at: "connections", permissions: true }),
    },
    theme("Use the light theme", "light", "eye"),
    theme("Use the dark theme", "dark", "eye"),
    theme("Follow the system’s theme", "system", "device"),
    { key: "keys", group: "Actions", icon: "settings", words: "Show all keys", keys: "?", run: onKeys },
  ];
  const asked: Entry[] = said
    ? [
        {
          key: "question",
          group: "Ask",
          icon: "ask",
          words: `Ask “${said}”`,
          run: () => go({ at: "ask", question: said }),
        },
      ]
    : [];
  const talks = conversations.map(({ id, title }): Entry => ({
    key: `c${id}`,
    group: "Conversations",
    icon: "ask",
    words: title,
    run: () => go({ at: "conversation", id }),
  }));
  const named = files.flatMap(({ document, file }): Entry[] =>
    document === null
      ? []
      : [
          {
            key: `f${document}`,
            group: "Files",
            icon: "file",
            words: fileName(file),
            hint: file,
            run: () => open({ document }),
          },
        ],
  );
  const words = said.toLowerCase().split(/\s+/);
  const fits = (entry: Entry): boolean => words.every((word) => entry.words.toLowerCase().includes(word));
  return [
    ...fixed.filter((entry) => entry.group === "Go to" && fits(entry)),
    ...talks.filter(fits).slice(0, said ? 12 : 6),
    ...named,
    ...fixed.filter((entry) => entry.group === "Actions" && fits(entry)),
    ...asked,
  ];
}
