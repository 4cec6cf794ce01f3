import "../features/settings/settings.css";
import { Skeleton } from "../components/Skeleton/Skeleton";
import { Erase } from "../features/settings/Erase";
import { Facts } from "../features/settings/Facts";
import { Keyboard } from "../features/settings/Keyboard";
import { Look } from "../features/settings/Look";
import { FailureNotice } from "../features/shell/FailureNotice";
import { useCall, useChange, useLink, type Settings } from "../host";

/** How the window looks and listens, where the data is, and how to erase it. */
export default function SettingsView() {
  const { client } = useLink();
  const { data: settings, error } = useCall("settings_get", {});
  const save = useChange("settings_set");
  const change = (part: Partial<Settings>): void => {
    if (!settings) return;
    const next = { ...settings, ...part };
    // The change is seen at once; should it not be kept, what is kept comes back.
    client.setQueryData(["settings_get", {}], next);
    save.mutate(next, { onError: () => void client.invalidateQueries({ queryKey: ["settings_get"] }) });
  };
  const failure = save.error ?? error;
  return (
    <main className="sheet" id="main">
      <header className="sheet-head">
        <h1>Settings</h1>
      </header>
      <div className="sheet-body">
        <div className="set">
          <div className="set-in">
            {failure && <FailureNotice failure={failure} />}
            {settings ? (
              <>
                <Look settings={settings} onChange={change} />
                <Keyboard settings={settings} onChange={change} />
              </>
            ) : (
              !error && <Skeleton label="Opening the settings" lines={5} />
            )}
            <Facts />
            <Erase />
          </div>
        </div>
      </div>
    </main>
  );
}
