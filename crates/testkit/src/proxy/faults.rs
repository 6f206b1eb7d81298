//! What can go wrong, and where.

use std::time::Duration;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Requests, uploads.
    ToServer,
    /// Answers, downloads.
    ToClient,
}

/// What happens to the connection that carries the byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It is closed, both ways, before the byte.
    Drop,
    /// It stays open and silent: neither the byte nor any after it arrives.
    Stall,
    /// The byte and those after it arrive this much later.
    Delay(Duration),
    /// The byte arrives with all its bits turned over.
    Corrupt,
}

/// One fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which way the byte goes.
    pub direction: Direction,
    /// How many bytes pass unharmed from now on, over all connections.
    pub after_bytes: u64,
    /// What happens then.
    pub kind: FaultKind,
}

/// The faults that are armed, and what has passed.
#[derive(Debug, Default)]
pub(super) struct Faults {
    armed: Vec<Fault>,
    to_server: u64,
    to_client: u64,
}

impl Faults {
    pub(super) fn arm(&mut self, fault: Fault) {
        self.armed.push(fault);
    }

    pub(super) fn disarm(&mut self) {
        self.armed.clear();
    }

    pub(super) fn passed(&self, direction: Direction) -> u64 {
        match direction {
            Direction::ToServer => self.to_server,
            Direction::ToClient => self.to_client,
        }
    }

    /// Says how many of `length` bytes pass unharmed, and which fault strikes the next one.
    pub(super) fn pass(&mut self, direction: Direction, length: usize) -> (usize, Option<FaultKind>) {
        let nearest = (0..self.armed.len())
            .filter(|&at| self.armed[at].direction == direction)
            .min_by_key(|&at| self.armed[at].after_bytes);
        let unharmed = nearest.map(|at| usize::try_from(self.armed[at].after_bytes).unwrap_or(usize::MAX));
        let (passing, struck) = match (nearest, unharmed) {
            (Some(at), Some(unharmed)) if unharmed < length => (unharmed, Some(self.armed.remove(at).kind)),
            _ => (length, None),
        };
        for fault in self.armed.iter_mut().filter(|fault| fault.direction == direction) {
            fault.after_bytes -= passing as u64;
        }
        match direction {
            Direction::ToServer => self.to_server += passing as u64,
            Direction::ToClient => self.to_client += passing as u64,
        }
        (passing, struck)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_its_byte_once_and_no_other_direction() {
        let mut faults = Faults::default();
        faults.arm(Fault { direction: Direction::ToServer, after_bytes: 5, kind: FaultKind::Drop });
        assert_eq!(faults.pass(Direction::ToClient, 100), (100, None));
        assert_eq!(faults.pass(Direction::ToServer, 3), (3, None));
        assert_eq!(faults.pass(Direction::ToServer, 3), (2, Some(FaultKind::Drop)));
        assert_eq!(faults.pass(Direction::ToServer, 100), (100, None));
        assert_eq!(faults.passed(Direction::ToServer), 105);
    }

    #[test]
    fn two_faults_in_one_piece_strike_one_after_the_other() {
        let mut faults = Faults::default();
        faults.arm(Fault { direction: Direction::ToClient, after_bytes: 9, kind: FaultKind::Stall });
        faults.arm(Fault { direction: Direction::ToClient, after_bytes: 4, kind: FaultKind::Corrupt });
        assert_eq!(faults.pass(Direction::ToClient, 20), (4, Some(FaultKind::Corrupt)));
        assert_eq!(faults.pass(Direction::ToClient, 16), (5, Some(FaultKind::Stall)));
    }
}
