//! Streams of events, however they are damaged and cut.

use notespot_testkit::{cases, damaged};
use proptest::prelude::*;

use super::*;

const STREAM: &[u8] = b"\xef\xbb\xbf: hello\n\nevent: revision\r\nid: 7\r\ndata: {\"revision\":7}\r\n\r\ndata:one\rdata: two\r\r";

fn read(pieces: &[&[u8]]) -> (Vec<Event>, Reader) {
    let mut reader = Reader::default();
    let events = pieces.iter().flat_map(|piece| reader.read(piece).unwrap()).collect();
    (events, reader)
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn the_same_events_are_read_wherever_the_stream_is_cut(stream in damaged(Just(STREAM.to_vec())), cut in any::<prop::sample::Index>()) {
        let (one, other) = stream.split_at(cut.index(stream.len() + 1));
        let (events, reader) = read(&[one, other]);
        prop_assert_eq!(&events, &read(&[&stream[..]]).0);
        let held: usize = events.iter().map(|event| event.name.len() + event.data.len()).sum();
        // A byte that is no text takes three to say so.
        prop_assert!(held + reader.line.len() + reader.event.data.len() <= 3 * stream.len());
        prop_assert!(events.iter().all(|event| !event.data.contains('\r') && !event.name.contains(['\r', '\n'])));
    }

    #[test]
    fn what_is_read_of_a_long_line_has_a_bound(byte in any::<u8>().prop_filter("no end", |byte| !b"\r\n".contains(byte)), pieces in 1..40_usize) {
        let mut reader = Reader::default();
        let piece = vec![byte; 4096];
        let is_too_long = (0..pieces).any(|_| reader.read(&piece).is_err());
        prop_assert_eq!(is_too_long, pieces * piece.len() > MAX_BYTES);
        prop_assert!(reader.line.len() <= MAX_BYTES);
    }
}
