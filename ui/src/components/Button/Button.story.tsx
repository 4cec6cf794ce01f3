import { Button } from "./Button";

export const stories = {
  "Plain, primary, quiet and danger": () => (
    <div className="row wrap">
      <Button>Add folder</Button>
      <Button look="primary" iconAfter="right">
        Continue
      </Button>
      <Button look="quiet" icon="retry">
        Ask again
      </Button>
      <Button look="danger" icon="eraser">
        Erase everything
      </Button>
    </div>
  ),
  "Small, with a key, not yet possible, as a link": () => (
    <div className="row wrap">
      <Button small icon="stop" keyCap="Esc">
        Stop
      </Button>
      <Button small look="primary" keyCap="Enter" notYet>
        Ask
      </Button>
      <Button small look="link">
        Details
      </Button>
    </div>
  ),
};
