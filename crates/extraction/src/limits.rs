use serde::{Deserialize, Serialize};

/// What one file may cost. The figures are those of the security design, section 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Largest file that is read at all, in bytes.
    pub input_bytes: u64,
    /// Memory of the worker process, in bytes.
    pub memory_bytes: u64,
    /// Wall time for one file, in milliseconds.
    pub millis: u64,
    /// Text that may come out whatever the size of the file, in bytes.
    pub free_output_bytes: u64,
    /// Beyond that: characters of text for each byte of the file.
    pub output_per_input_byte: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            input_bytes: 100 << 20,
            memory_bytes: 512 << 20,
            millis: 30_000,
            free_output_bytes: 1 << 20,
            output_per_input_byte: 100,
        }
    }
}

impl Limits {
    /// Most bytes of text that a file of `input` bytes may yield.
    pub fn output_bytes(&self, input: u64) -> u64 {
        self.free_output_bytes
            .saturating_add(input.saturating_mul(self.output_per_input_byte))
            .min(self.memory_bytes / 4)
    }
}
