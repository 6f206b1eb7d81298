//! Answers to calls that take many things at once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Problem;

/// The most items that one call may carry.
pub const BATCH_MAX: usize = 1000;

/// Many things in one call, at most [`BATCH_MAX`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Batch<T> {
    /// The things, in the order in which the answer will name them.
    #[schema(max_items = 1000)]
    pub items: Vec<T>,
}

/// What became of one item of a batch. Items succeed and fail alone.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum BatchItem<T> {
    /// It worked.
    Done {
        /// What came of it.
        value: T,
    },
    /// It was refused; the others are not affected.
    Refused {
        /// Why.
        problem: Problem,
    },
}

impl<T> From<Result<T, Problem>> for BatchItem<T> {
    fn from(result: Result<T, Problem>) -> Self {
        match result {
            Ok(value) => Self::Done { value },
            Err(problem) => Self::Refused { problem },
        }
    }
}

impl<T> BatchItem<T> {
    /// The value, or why there is none.
    pub fn into_result(self) -> Result<T, Problem> {
        match self {
            Self::Done { value } => Ok(value),
            Self::Refused { problem } => Err(problem),
        }
    }
}
