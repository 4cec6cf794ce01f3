-- What was asked of late about the same operation: how many questions a permission would have saved.
CREATE INDEX actions_like ON actions (system, operation, created);
