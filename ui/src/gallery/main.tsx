import "../styles/tokens.css";
import "../styles/fonts.css";
import "../styles/base.css";
import "./gallery.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { TooltipProvider } from "../components/Tooltip/Tooltip";
import { STORIES } from "./stories";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <TooltipProvider>
        <main className="gallery">
          <h1>Components</h1>
          {STORIES.map(({ component, title, show }) => (
            <section key={`${component} ${title}`}>
              <h2>
                {component} <span className="faint">{title}</span>
              </h2>
              <div className="frame">{show()}</div>
            </section>
          ))}
        </main>
      </TooltipProvider>
    </StrictMode>,
  );
}
