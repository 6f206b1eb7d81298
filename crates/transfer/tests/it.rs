//! Transfers against an object store on a real socket.

#[cfg(test)]
mod it {
    mod bad_networks;
    mod changing_files;
    mod checksums;
    mod control;
    mod dedupe;
    mod downloads;
    mod limits;
    mod memory;
    mod part_files;
    mod saving;
    mod simulated;
    mod store;
    mod uploads;
    mod ways;
}
