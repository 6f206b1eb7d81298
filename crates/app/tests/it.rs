//! The application against a server on a real socket.

#[cfg(test)]
mod it {
    mod going_on;
    mod library;
    mod links;
    mod offline;
    mod panel;
    mod stand;
    mod transfers;
    mod window;
}
