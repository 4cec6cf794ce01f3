import { LiveRegion } from "./LiveRegion";

export const stories = { "Only heard": () => <LiveRegion>We committed to 99.5 %.</LiveRegion> };
