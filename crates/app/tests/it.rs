//! The application against a server on a real socket.

#[cfg(test)]
mod it {
    mod folders;
    mod going_on;
    mod kept;
    mod kept_opening;
    mod library;
    mod links;
    mod offline;
    mod panel;
    mod public;
    mod stand;
    mod transfers;
    mod trash;
    mod window;
}
