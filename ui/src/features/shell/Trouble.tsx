import { Component, type ErrorInfo, type ReactNode } from "react";
import { Button } from "../../components/Button/Button";
import { Empty } from "../../components/Empty/Empty";
import { Name } from "../../components/Text/Text";

interface TroubleState {
  thrown: Error | null;
}

/** Holds what broke in a part of the page, so that the rest goes on. */
export class Trouble extends Component<{ children: ReactNode }, TroubleState> {
  override state: TroubleState = { thrown: null };

  static getDerivedStateFromError(thrown: Error): TroubleState {
    return { thrown };
  }

  override componentDidCatch(thrown: Error, info: ErrorInfo): void {
    console.error(thrown, info.componentStack);
  }

  override render(): ReactNode {
    const { thrown } = this.state;
    if (!thrown) return this.props.children;
    return (
      <main className="sheet" id="main">
        <Empty
          icon="warn"
          role="alert"
          title="This part of the window stopped working"
          actions={
            <Button small icon="retry" onClick={() => this.setState({ thrown: null })}>
              Show it again
            </Button>
          }
        >
          <p>Your files and conversations are kept; answers are finished without it.</p>
          <p className="faint xs mono">
            <Name>{thrown.message}</Name>
          </p>
        </Empty>
      </main>
    );
  }
}
