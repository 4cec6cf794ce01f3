import "../features/onboarding/onboarding.css";
import { useState } from "react";
import { Icon, Mark } from "../components/Icon/Icon";
import { FoldersStep } from "../features/onboarding/FoldersStep";
import { ModelStep } from "../features/onboarding/ModelStep";
import { go } from "../features/shell/useRoute";

const STEPS = ["Folders", "Model"] as const;

/** The first start, in two steps. */
export default function WelcomeView() {
  const [step, setStep] = useState(0);
  const start = (): void => go({ at: "ask" });
  return (
    <div className="first">
      <header className="fb">
        <span className="brand">
          <Mark />
          <span>Attaché</span>
        </span>
        <ol className="rail" aria-label={`Setup, ${STEPS.length} steps`}>
          {STEPS.map((words, index) => (
            <li
              key={words}
              className={index < step ? "past" : undefined}
              {...(index === step ? { "aria-current": "step" as const } : {})}
            >
              <span className="n">{index < step ? <Icon name="check" size="sm" /> : index + 1}</span>
              <span className="lbl">{words}</span>
            </li>
          ))}
        </ol>
      </header>
      <main className="stage" id="main">
        <section className="scr" aria-labelledby="first-step">
          {step === 0 ? (
            <FoldersStep onNext={() => setStep(1)} onSkip={start} />
          ) : (
            <ModelStep onBack={() => setStep(0)} onStart={start} />
          )}
        </section>
      </main>
    </div>
  );
}
