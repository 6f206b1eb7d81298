//! Content for files.

/// Bytes that look random and are the same for the same seed, so that a failure can be repeated.
#[must_use]
pub fn content(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = seed;
    let mut made = Vec::with_capacity(bytes + 8);
    while made.len() < bytes {
        // SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        made.extend_from_slice(&(word ^ (word >> 31)).to_le_bytes());
    }
    made.truncate(bytes);
    made
}
