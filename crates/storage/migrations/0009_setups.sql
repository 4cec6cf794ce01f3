-- How a connected system is reached, JSON: `app::connect::Setup`. No secret stands in it.
ALTER TABLE systems ADD COLUMN setup TEXT NOT NULL DEFAULT '{}';
