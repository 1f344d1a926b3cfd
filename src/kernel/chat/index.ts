export { sheetOf, turnButtons } from "./admin/page-turner.ts";
export { assignPayment } from "./assign-payment.ts";
export { kernelChat } from "./chat.ts";
export type { ChatDeps } from "./chat-deps.ts";
export { announceMoney } from "./money-events.ts";
export { exportSettlement } from "./personal-data.ts";
export { gatewayFailure, makeInvoiceLink, makeStarsGateway } from "./stars-gateway.ts";
