import { Link, LinkProvider, type SignInState } from "../../host";
import { FakeHost } from "../../host/fake/FakeHost";
import { connected, signedIn } from "../../host/fake/systems";
import { SignedIn } from "./SignedIn";
import "./connections.css";

const link = new Link(new FakeHost());
const of = (state: SignInState, trouble: string | null = null) => (
  <LinkProvider value={link}>
    <SignedIn system={connected({ title: "Salesforce", sign_in: state, trouble })} state={state} />
  </LinkProvider>
);

export const stories = {
  "Renewed by itself": () => of(signedIn({ until: Date.UTC(2099, 8, 24, 12, 6) })),
  "Until it ends": () => of(signedIn({ until: Date.UTC(2099, 8, 24, 12, 6), renewed: false, scopes: [] })),
  "Signed out": () => of(signedIn({ holds: false })),
};
