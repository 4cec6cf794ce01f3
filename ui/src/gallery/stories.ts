import type { ReactNode } from "react";

interface StoryFile {
  stories: Record<string, () => ReactNode>;
}

export interface Story {
  component: string;
  title: string;
  show: () => ReactNode;
}

/** Every story of every component, in the order of their names. */
export const STORIES: Story[] = Object.entries(
  import.meta.glob<StoryFile>("../**/*.story.tsx", { eager: true }),
).flatMap(([path, { stories }]) => {
  const component = /([^/]+)\.story\.tsx$/.exec(path)?.[1] ?? path;
  return Object.entries(stories).map(([title, show]) => ({ component, title, show }));
});
