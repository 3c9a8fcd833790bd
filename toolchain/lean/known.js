// @ts-check
/** What the SDK's runtime says of its connections. Source: `runtime` of SDK 3.270. */
export const grpcChannelOptions = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  // A busy event loop lets a request wait for longer than the 30 s after which it would be dropped.
  "grpc.server_max_unrequested_time_in_server": 30 * 60,
};
