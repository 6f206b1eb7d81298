//! The app begins on a library that it has.

use std::time::Instant;

use crate::figures::{Figures, peak_mib};
use crate::standing::{Standing, first_rows, until_up_to_date};

pub(crate) async fn measure(standing: &Standing) -> Figures {
    let mut figures = Figures::default();
    let began = Instant::now();
    let (app, _) = standing.start().await;
    let (answered, _) = first_rows(&app).await;
    figures.add_time("open.first_rows_ms", began.elapsed());
    figures.add_time("open.first_view_ms", answered);
    // The numbers in the sidebar come with the index.
    while app.state().counts.files == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    figures.add_time("open.indexed_ms", began.elapsed());
    until_up_to_date(&app).await;
    figures.add("open.peak_mib", peak_mib("self"));
    app.shut_down().await;
    figures
}
