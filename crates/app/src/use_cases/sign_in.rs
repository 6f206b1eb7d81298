//! Signing in and out.

use notespot_client::{ClientError, Loopback, SessionStatus, SignInError};
use notespot_protocol::Me;
use notespot_protocol::window::NoticeKind;
use url::Url;

use crate::{App, AppError, Redirect, Remote};

/// As registered with the identity provider and, by the desktop shell, with the system.
const DEEP_LINK: &str = "notespot://auth/callback";

impl Remote {
    /// Signs in through the browser, by a loopback redirect, and waits for it: at most ten minutes.
    /// A browser that cannot be opened is no error here: the host prints the address.
    pub async fn sign_in(&self) -> Result<Me, AppError> {
        let listener = Loopback::bind().await?;
        let page = self.session().begin_sign_in(listener.redirect_uri()).await?;
        if let Err(error) = self.host.open_browser(page.as_str()) {
            tracing::warn!(%error, "the browser could not be opened");
        }
        listener
            .serve(self.session(), || tracing::info!("a link of no sign-in under way was ignored"))
            .await?;
        self.me().await
    }

    /// Signs out: revokes at the identity provider where it can be reached, forgets in any case.
    /// False when nobody was signed in.
    pub async fn sign_out(&self) -> Result<bool, AppError> {
        Ok(self.session().sign_out().await?)
    }

    /// Who is signed in.
    pub async fn me(&self) -> Result<Me, AppError> {
        Ok(self.api.me().await?)
    }
}

impl App {
    /// Begins to sign in and sends the browser to the identity provider. Returns when the browser
    /// has been sent; what comes of it is told by `StateChanged`. With
    /// [`Redirect::DeepLink`](crate::Redirect) the host hands over the answer by
    /// [`finish_sign_in`](Self::finish_sign_in). When the browser cannot be opened, the sign-in
    /// stays under way, so that the person can open the address of `SigningIn` by hand.
    pub async fn sign_in(&self) -> Result<(), AppError> {
        let result = self.begin_sign_in().await;
        self.shown().server_answered(&result);
        let page = result?;
        self.host().open_browser(page.as_str()).map_err(AppError::Browser)
    }

    async fn begin_sign_in(&self) -> Result<Url, AppError> {
        let remote = self.remote();
        if self.config().redirect == Redirect::DeepLink {
            let redirect = Url::parse(DEEP_LINK).map_err(|_| SignInError::Ignored)?;
            return Ok(remote.session().begin_sign_in(&redirect).await?);
        }
        let listener = Loopback::bind().await?;
        let page = remote.session().begin_sign_in(listener.redirect_uri()).await?;
        let app = self.clone();
        self.spawn(async move {
            let told = app.clone();
            let ignored = move || told.shown().notice(NoticeKind::SignInLinkIgnored, None);
            match listener.serve(remote.session(), ignored).await {
                Ok(()) | Err(ClientError::SignIn(SignInError::Cancelled)) => {}
                Err(error) => tracing::warn!(%error, "signing in did not work"),
            }
        });
        Ok(page)
    }

    /// Takes a deep link. A link that belongs to no sign-in under way changes nothing, and is told
    /// by the notice `SignInLinkIgnored`.
    pub async fn finish_sign_in(&self, url: &str) -> Result<(), AppError> {
        match self.remote().session().finish_sign_in(url).await {
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::warn!(%error, "a sign-in link did not work");
                if matches!(error, ClientError::SignIn(SignInError::Ignored)) {
                    self.shown().notice(NoticeKind::SignInLinkIgnored, None);
                }
                Err(error.into())
            }
        }
    }

    /// Gives up the sign-in under way; without one, changes nothing.
    #[expect(clippy::unused_async, reason = "every command is called the same way")]
    pub async fn cancel_sign_in(&self) -> Result<(), AppError> {
        self.remote().session().cancel_sign_in();
        Ok(())
    }

    /// Signs out: revokes at the identity provider where it can be reached, forgets in any case.
    /// The library of this account goes from this computer too, and what was kept available offline: they are
    /// copies. What a person changed in a copy that was opened stays, and is told.
    pub async fn sign_out(&self) -> Result<(), AppError> {
        let remote = self.remote();
        self.stop_transfers();
        let offline = self.offline().ok();
        let library = self.take_library();
        if let Some(library) = &library
            && let Err(error) = library.end_all_transfers().await
        {
            tracing::warn!(%error, "cancelled transfers could not be taken out of the journal");
        }
        remote.session().sign_out().await?;
        if let (Some(library), SessionStatus::SignedOut { .. }) =
            (library, &*remote.session().status().borrow())
        {
            let app = self.clone();
            self.spawn(async move {
                let gone = library.delete().await.map_err(AppError::from);
                let gone = match offline {
                    Some(offline) => gone.and(app.delete_offline(&offline).await),
                    None => gone,
                };
                if let Err(error) = gone {
                    app.shown().notice(NoticeKind::Failed, Some((&error).into()));
                }
            });
        }
        Ok(())
    }
}
