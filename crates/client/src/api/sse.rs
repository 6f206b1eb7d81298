//! Reading server-sent events as they arrive (HTML Standard §9.2.6).

/// Of a line, and of an event's data: ours are shorter than a hundred bytes.
const MAX_BYTES: usize = 64 * 1024;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its name; empty where it has none.
    pub(crate) name: String,
    /// Its data; several lines are joined by line feeds.
    pub(crate) data: String,
}

/// What arrives is longer than anything that belongs to an event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Makes events of pieces, wherever they may be cut. Memory: at most 64 KiB of a line, and of an event.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    has_begun: bool,
    /// The last byte was a carriage return: a line feed that follows ends no second line.
    after_return: bool,
}

impl Reader {
    /// Takes in a piece, and gives the events that end in it.
    pub(crate) fn read(&mut self, piece: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        for &byte in piece {
            let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => events.extend(self.end_line()?),
                _ if self.line.len() == MAX_BYTES => return Err(TooLong),
                _ => self.line.push(byte),
            }
        }
        Ok(events)
    }

    fn end_line(&mut self) -> Result<Option<Event>, TooLong> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let line = if is_first { line.trim_start_matches('\u{feff}') } else { &line };
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            // Without data it is no event.
            return Ok(std::mem::take(&mut self.has_data).then_some(event));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if self.event.data.len() + value.len() >= MAX_BYTES {
                    return Err(TooLong);
                }
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            // A comment has no field's name. An id is the data's revision once more.
            _ => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str) -> Event {
        Event { name: name.into(), data: data.into() }
    }

    #[test]
    fn events_are_the_same_wherever_the_pieces_are_cut() {
        let text = "\u{feff}: hello\n\nevent: revision\r\nid: 7\r\ndata: {\"revision\":7}\r\n\r\n\
                    data:one\rdata: two\rdata\r\r:\n\nevent: nothing\n\nretry: 3\nunknown: x\ndata: \u{fc}\n\n";
        let all = [event("revision", "{\"revision\":7}"), event("", "one\ntwo\n"), event("", "\u{fc}")];
        for size in 1..=text.len() {
            let mut reader = Reader::default();
            let read = |piece| reader.read(piece).unwrap();
            let events: Vec<_> = text.as_bytes().chunks(size).flat_map(read).collect();
            assert_eq!(events, all, "in pieces of {size}");
        }
    }

    #[test]
    fn what_has_not_ended_is_no_event() {
        let mut reader = Reader::default();
        assert_eq!(reader.read(b"data: 1\n"), Ok(vec![]));
        assert_eq!(reader.read(b"\n"), Ok(vec![event("", "1")]));
    }

    #[test]
    fn a_line_and_an_event_have_a_bound() {
        let endless = vec![b'x'; MAX_BYTES];
        let mut reader = Reader::default();
        assert_eq!(reader.read(&endless), Ok(vec![]));
        assert_eq!(reader.read(b"x"), Err(TooLong));
        let mut reader = Reader::default();
        let line = format!("data: {}\n", "x".repeat(1000));
        let outcomes: Vec<_> = (0..100).map(|_| reader.read(line.as_bytes())).collect();
        assert!(outcomes.contains(&Err(TooLong)));
    }
}
