//! The client against real servers on real sockets.

#[cfg(test)]
mod it {
    mod answers;
    mod clerk;
    mod keyring;
    mod library;
    mod renewing;
    mod scripted;
    mod sign_in;
    mod stand;
    mod ways;
}
