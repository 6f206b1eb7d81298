//! What is asked of the server and of the store, and all that may become of it.

/// What is asked. The uploads that one file takes are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Ask {
    Plan {
        upload: usize,
    },
    Presign {
        upload: usize,
        part: u32,
    },
    Arrived {
        upload: usize,
    },
    Prove {
        upload: usize,
    },
    Complete {
        upload: usize,
    },
    Abort {
        upload: usize,
    },
    /// Of the store.
    Put {
        upload: usize,
        part: u32,
    },
    PlanDownload,
    /// A fresh request for the same version.
    Renew,
    ReportDamage,
    /// Of the store: what is left of a range, which is known by its end; `None` for all of the content.
    Get {
        end: Option<u64>,
    },
}

/// What becomes of one request, or of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    Delay,
    /// It is done twice, as one that was repeated on the way.
    Twice,
    /// It is done, and the answer is lost.
    AnswerLost,
    /// The server answers 503, and does nothing.
    Busy,
    Status(u16),
    /// The connection breaks before anything is sent.
    ResetBefore,
    /// It breaks after some of the body.
    ResetUp,
    /// It falls silent after some of the body.
    StallUp,
    /// A bit of the body turns over: the store refuses it.
    CorruptUp,
    /// The store takes the right bytes for other ones.
    Refused,
    /// The store keeps other bytes than it answers for.
    KeptOther,
    /// The answer ends too early, in order.
    Truncated,
    /// The connection breaks in the middle of the answer.
    ResetDown,
    /// It falls silent in the middle of the answer.
    StallDown,
    /// A bit of the answer turns over.
    CorruptDown,
    /// A checksum is said that the bytes do not have: with an answer of the store, where nothing relies on it;
    /// of a part that arrived, which goes again then; of the whole when it is completed, so that it is refused
    /// and taken up afresh; in a download's plan, so that the file is not saved.
    WrongSum,
    /// The transfer is dropped before it is done, as by `kill -9`.
    DroppedBefore,
    /// In the middle of the body.
    DroppedUp,
    /// In the middle of the answer.
    DroppedDown,
    /// When it is done, and nobody has heard of it.
    DroppedAfter,
}

use Fault::{
    AnswerLost, Busy, CorruptDown, CorruptUp, Delay, DroppedAfter, DroppedBefore, DroppedDown, DroppedUp,
    KeptOther, Refused, ResetBefore, ResetDown, ResetUp, StallDown, StallUp, Status, Truncated, Twice,
    WrongSum,
};

const PUT: &[Fault] = &[
    ResetBefore,
    ResetUp,
    StallUp,
    AnswerLost,
    CorruptUp,
    Refused,
    KeptOther,
    Status(500),
    Status(503),
    Status(429),
    Status(403),
    DroppedUp,
    DroppedAfter,
];
const GET: &[Fault] = &[
    ResetBefore,
    AnswerLost,
    Truncated,
    ResetDown,
    StallDown,
    CorruptDown,
    Status(500),
    Status(503),
    Status(429),
    Status(403),
    DroppedDown,
];
/// One that is refused is left out: the engine takes the upload for given up, and it may become a second file.
const ABORT: &[Fault] = &[AnswerLost, DroppedBefore, DroppedAfter];
const CALL: &[Fault] = &[Busy, AnswerLost, DroppedBefore, DroppedAfter];
const COMPLETE: &[Fault] = &[Busy, AnswerLost, DroppedBefore, DroppedAfter, WrongSum];
/// The wrong one more often than all else: it alone leads to a report.
const PLAN_DOWNLOAD: &[Fault] =
    &[Busy, AnswerLost, DroppedBefore, DroppedAfter, WrongSum, WrongSum, WrongSum];

/// The uploads of one file that may be damaged. The next one ends well: nobody's patience is without end.
const DAMAGED_MAX: usize = 2;

impl Ask {
    /// For the books: what all of its kind have in common.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Plan { .. } => "plan",
            Self::Presign { .. } => "presign",
            Self::Arrived { .. } => "arrived",
            Self::Prove { .. } => "prove",
            Self::Complete { .. } => "complete",
            Self::Abort { .. } => "abort",
            Self::Put { .. } => "put",
            Self::PlanDownload => "plan of a download",
            Self::Renew => "renew",
            Self::ReportDamage => "report of damage",
            Self::Get { .. } => "get",
        }
    }

    /// Whether many of it are asked for one file.
    pub(super) fn is_of_a_part(self) -> bool {
        matches!(self, Self::Presign { .. } | Self::Put { .. } | Self::Get { .. })
    }

    /// Whether it is asked only after something else went wrong, or of few files.
    pub(super) fn is_rare(self) -> bool {
        matches!(
            self,
            Self::Arrived { .. } | Self::Prove { .. } | Self::Abort { .. } | Self::Renew | Self::ReportDamage
        )
    }

    pub(super) fn is_call(self) -> bool {
        !matches!(self, Self::Put { .. } | Self::Get { .. })
    }

    /// How it may fail. What is asked for again may be hindered again.
    pub(super) fn hindrances(self) -> &'static [Fault] {
        match self {
            Self::Put { .. } => PUT,
            Self::Get { .. } => GET,
            Self::Complete { .. } => COMPLETE,
            Self::PlanDownload => PLAN_DOWNLOAD,
            Self::Abort { .. } => ABORT,
            _ => CALL,
        }
    }

    /// How it may be done when nothing hinders it.
    pub(super) fn manners(self) -> &'static [Fault] {
        match self {
            Self::Put { .. } | Self::Get { .. } | Self::Arrived { .. } => &[Delay, Twice, WrongSum],
            _ => &[Delay, Twice],
        }
    }

    /// Whether this can happen to it, with a body or without one.
    pub(super) fn can_meet(self, fault: Fault, has_body: bool) -> bool {
        let lasts = match self {
            Self::Put { upload, .. } | Self::Complete { upload } => upload >= DAMAGED_MAX,
            _ => false,
        };
        match fault {
            ResetUp | StallUp | DroppedUp => has_body,
            CorruptUp | KeptOther => has_body && !lasts,
            Refused | WrongSum => !lasts,
            _ => true,
        }
    }
}

impl Fault {
    pub(super) fn drops(self) -> bool {
        matches!(self, DroppedBefore | DroppedUp | DroppedDown | DroppedAfter)
    }
}
