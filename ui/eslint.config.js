import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const tauri = {
  group: ["@tauri-apps/*"],
  message: "Only src/host/tauri.ts speaks to Tauri; everything else goes through the host.",
};
const fake = {
  group: ["**/host/fake*", "**/host/fake/**"],
  message: "The fake host is for tests and stories only.",
};
const tier = (group, message) => ({ group, message });

const host = tier(
  ["**/host", "**/host/**"],
  "Components know nothing of the core: hand them what they show.",
);
const features = tier(["**/features/**"], "Components do not know the features that use them.");
const views = tier(["**/views/**", "**/app/**"], "Views compose features, never the other way round.");

const forbid = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });
const markup = [
  {
    selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
    message: "Text of documents is shown as text nodes only.",
  },
  {
    selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|srcdoc)$/]",
    message: "Text of documents is shown as text nodes only.",
  },
];

const tests = ["src/**/*.test.{ts,tsx}", "src/**/*.story.tsx", "src/test/**", "src/gallery/**"];

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/host/generated.ts"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs.flat["recommended-latest"],
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "no-restricted-syntax": ["error", ...markup],
      "no-eval": "error",
      "@typescript-eslint/no-shadow": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Failures are plain values of the core, on every host.
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/prefer-promise-reject-errors": "off",
      // The compiler these prepare for is not used.
      "react-hooks/preserve-manual-memoization": "off",
      "react-hooks/incompatible-library": "off",
      // A region that scrolls has to be reachable by keyboard.
      "jsx-a11y/no-noninteractive-tabindex": "off",
      "jsx-a11y/no-autofocus": "off",
    },
  },
  { files: ["src/**/*.{ts,tsx}"], rules: forbid(tauri, fake) },
  {
    files: ["src/lib/**"],
    rules: forbid(
      tauri,
      fake,
      host,
      features,
      views,
      tier(["**/components/**"], "Helpers are plain functions."),
    ),
  },
  { files: ["src/components/**"], rules: forbid(tauri, fake, host, features, views) },
  { files: ["src/features/**"], rules: forbid(tauri, fake, views) },
  {
    files: ["src/host/**"],
    rules: forbid(tauri, fake, features, views, tier(["**/components/**"], "The host draws nothing.")),
  },
  { files: tests, rules: { ...forbid(tauri), "@typescript-eslint/no-non-null-assertion": "off" } },
  { files: ["src/host/tauri.ts"], rules: { "no-restricted-imports": "off" } },
  {
    files: ["src/host/fake/**", "src/main.tsx"],
    rules: { ...forbid(tauri), "@typescript-eslint/no-non-null-assertion": "off" },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      parserOptions: { projectService: false },
      globals: { console: "readonly", process: "readonly" },
    },
  },
);
