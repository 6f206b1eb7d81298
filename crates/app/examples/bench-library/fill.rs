//! The first fill, and the window meanwhile.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use notespot_app::App;

use crate::figures::{Figures, cpu_seconds, peak_mib, resident_mib};
use crate::standing::{Standing, first_rows, until_up_to_date};

/// Between two looks of somebody who cannot wait.
const LOOK_EVERY: Duration = Duration::from_millis(200);

type Looks = Arc<Mutex<Vec<Duration>>>;

pub(crate) async fn measure(standing: &Standing, nodes: u64) -> Figures {
    let mut figures = Figures::default();
    let looks = Looks::default();
    let began = Instant::now();
    let (app, heard) = standing.start().await;
    let looking = tokio::spawn(look(app.clone(), looks.clone()));
    until_up_to_date(&app).await;
    let took = began.elapsed();
    looking.abort();
    figures.add("fill.rows_per_second", nodes as f64 / took.as_secs_f64());
    figures.add("fill.seconds", took.as_secs_f64());
    figures.add("fill.cpu_seconds", cpu_seconds("self"));
    figures.add("fill.peak_mib", peak_mib("self"));
    figures.add("fill.after_mib", resident_mib("self"));
    figures.add("fill.repaints", f64::from(heard.library_changed.load(Ordering::Relaxed)));
    let looks = std::mem::take(&mut *looks.lock().unwrap());
    figures.add_time("fill.slowest_view_ms", looks.iter().copied().max().unwrap_or_default());
    if !looks.is_empty() {
        figures.add_percentiles("fill.view_ms", looks);
    }
    app.shut_down().await;
    let bytes = std::fs::metadata(standing.library()).unwrap().len();
    figures.add("fill.file_mib", bytes as f64 / 1_048_576.0);
    figures
}

async fn look(app: App, looks: Looks) {
    loop {
        let (took, _) = first_rows(&app).await;
        looks.lock().unwrap().push(took);
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
