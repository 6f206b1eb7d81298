//! Choosing a server, and asking whether it is there.

use notespot_client::api::discover;

use crate::{App, AppError, config, settings};

impl App {
    /// Goes over to another server, and remembers it. The session there is taken up, if there is
    /// one; transfers with the one before are cancelled.
    pub async fn use_server(&self, url: &str) -> Result<(), AppError> {
        let server = config::parse_server_url(url)?;
        settings::remember_server(&self.config().config_dir, &server)?;
        self.connect(server).await
    }

    /// Asks the server at once whether it is there, and syncs.
    pub async fn check_server(&self) -> Result<(), AppError> {
        let remote = self.remote();
        let result = discover(remote.session()).await.map_err(AppError::from);
        self.shown().server_answered(&result);
        self.nudge();
        result.map(|_| ())
    }
}
