//! Who may call what. A method without a line here is refused, and
//! `item_9_every_method_is_open_to_its_roles_alone` names it.

use service::access::{Method, Roles, method};

const READ: Roles = Roles::READ;
/// What the service that writes to shops asks for as well.
const READ_AND_PUSH: Roles = READ.and(PUSH);
const PUSH: Roles = Roles::PUSH;
const MANAGE: Roles = Roles::MANAGE;
/// What a retailer may do is not the retailer's to say.
const OPERATE: Roles = Roles::OPERATE;

pub const METHODS: &[Method] = &[
    method("comptoir.connect.v1.Audit/ListAuditEntries", MANAGE),
    method("comptoir.connect.v1.Connections/Disconnect", MANAGE),
    method(
        "comptoir.connect.v1.Connections/GetConnection",
        READ_AND_PUSH,
    ),
    method("comptoir.connect.v1.Connections/GetNewOrders", MANAGE),
    method("comptoir.connect.v1.Connections/Link", MANAGE),
    method(
        "comptoir.connect.v1.Connections/ListConnections",
        READ_AND_PUSH,
    ),
    method("comptoir.connect.v1.Connections/Pause", MANAGE),
    method("comptoir.connect.v1.Connections/Resume", MANAGE),
    method("comptoir.connect.v1.Connections/SetSettings", MANAGE),
    // As shops sent them, with personal data.
    method("comptoir.connect.v1.Deliveries/GetDelivery", MANAGE),
    method("comptoir.connect.v1.Deliveries/ListDeliveries", MANAGE),
    method("comptoir.connect.v1.Imports/CancelImport", MANAGE),
    method("comptoir.connect.v1.Imports/CommitImport", MANAGE),
    method("comptoir.connect.v1.Imports/GetImportJob", READ),
    method("comptoir.connect.v1.Imports/ImportOrder", MANAGE),
    method("comptoir.connect.v1.Imports/ListImportJobs", READ),
    method("comptoir.connect.v1.Imports/ListPlannedLevels", READ),
    method("comptoir.connect.v1.Imports/ListPlannedOrders", READ),
    method("comptoir.connect.v1.Imports/PauseImport", MANAGE),
    method("comptoir.connect.v1.Imports/ResumeImport", MANAGE),
    method("comptoir.connect.v1.Imports/SetImportEntitlement", OPERATE),
    method("comptoir.connect.v1.Imports/StartImport", MANAGE),
    method("comptoir.connect.v1.Installs/BeginInstall", MANAGE),
    method("comptoir.connect.v1.Installs/GetInstall", MANAGE),
    method("comptoir.connect.v1.Installs/LinkOwnShop", MANAGE),
    // What opens a shop is lent to nobody else, operators included.
    method("comptoir.connect.v1.Leases/LeaseShop", PUSH),
    method(
        "comptoir.connect.v1.PrivacyRequests/AnswerDataRequest",
        MANAGE,
    ),
    // With whom it speaks of.
    method(
        "comptoir.connect.v1.PrivacyRequests/GetPrivacyRequest",
        MANAGE,
    ),
    method(
        "comptoir.connect.v1.PrivacyRequests/ListPrivacyRequests",
        MANAGE,
    ),
];
