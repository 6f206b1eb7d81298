//! Batches whose items may be refused one by one, on the way through several steps.

use notespot_metadata::MetadataError;

use crate::problems::{Answer, Refusal};

/// Where the items that were refused stood.
pub(super) struct Places(Vec<Option<Refusal>>);

/// Takes out what was refused: the next step is asked for the rest, in one call.
pub(super) fn take_refused<T>(outcomes: Vec<Answer<T>>) -> (Vec<T>, Places) {
    let mut rest = Vec::with_capacity(outcomes.len());
    let places = outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Ok(item) => {
                rest.push(item);
                None
            }
            Err(refusal) => Some(refusal),
        })
        .collect();
    (rest, Places(places))
}

impl Places {
    /// Puts the answers for the rest between the refusals, in the order of the batch.
    pub(super) fn put_back<T, E: Into<Refusal>>(self, answers: Vec<Result<T, E>>) -> Vec<Answer<T>> {
        let mut answers = answers.into_iter();
        let mut next = || match answers.next() {
            Some(answer) => answer.map_err(Into::into),
            // One answer for each question is the contract: a store that breaks it is damaged.
            None => Err(Refusal::from(MetadataError::NotFound)),
        };
        self.0.into_iter().map(|refused| refused.map_or_else(&mut next, Err)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_stands_where_its_question_stood() {
        let refused = || Err::<u32, _>(Refusal::bad_request("no"));
        let (rest, places) = take_refused(vec![refused(), Ok(1), Ok(2), refused(), Ok(3)]);
        assert_eq!(rest, [1, 2, 3]);
        let answers = places.put_back(vec![Ok(10), Err(MetadataError::QuotaExceeded), Ok(30)]);
        let told: Vec<_> = answers
            .into_iter()
            .map(|answer| answer.map_err(|refusal| refusal.into_problem().status))
            .collect();
        assert_eq!(told, [Err(400), Ok(10), Err(507), Err(400), Ok(30)]);
    }
}
