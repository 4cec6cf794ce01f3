use domain::SystemId;

use crate::egress::EgressError;

/// Why something could not be read or prepared. Nothing was changed by it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The way out or the network.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// There is no such operation.
    #[error("`{system}` has no operation `{operation}`. Choose one of those that the connection lists.")]
    Operation {
        /// The system.
        system: SystemId,
        /// What was asked for.
        operation: String,
    },
    /// The operation is not of the kind that was asked for.
    #[error("`{operation}` {why}.")]
    Unfit {
        /// The operation.
        operation: String,
        /// Why it does not fit.
        why: String,
    },
    /// An argument is missing, unknown or of the wrong form.
    #[error("`{operation}` can't be asked for: `{argument}` {why}.")]
    Argument {
        /// The operation.
        operation: String,
        /// The argument.
        argument: String,
        /// What is wrong with it.
        why: String,
    },
    /// There is no such record.
    #[error("`{system}` has no `{kind}` {id}. It may have been deleted.")]
    Missing {
        /// The system.
        system: SystemId,
        /// The kind of record.
        kind: String,
        /// Its id.
        id: String,
    },
    /// The system said no.
    #[error("`{system}` refused with status {status}: {message}")]
    Refused {
        /// The system.
        system: SystemId,
        /// HTTP status.
        status: u16,
        /// What it said.
        message: String,
    },
    /// The answer is not what was described.
    #[error("The answer of `{system}` to `{operation}` is not in the form that it describes: {why}.")]
    Form {
        /// The system.
        system: SystemId,
        /// The operation.
        operation: String,
        /// What is wrong.
        why: String,
    },
    /// The credential is not there.
    #[error("There is no credential for `{system}`: {why}.")]
    Credential {
        /// The system.
        system: SystemId,
        /// Why not.
        why: String,
    },
}
