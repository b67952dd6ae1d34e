/// <reference lib="esnext.disposable" preserve="true" />
// The door `offshoot/component`: components with in-trays and out-trays, and what wires them.

import { install } from "../core/runtime.ts";
import { NodeHost } from "../host/node.ts";

install(new NodeHost());

export type { Backplane, BackplaneOptions, SubscribeOptions } from "./chassis/backplane.ts";
export { backplane, publishTo, subscribeTo } from "./chassis/backplane.ts";
export type { Carousel, CarouselOptions } from "./chassis/carousel.ts";
export { carousel } from "./chassis/carousel.ts";
export type { ChassisOptions } from "./chassis/chassis.ts";
export { Chassis } from "./chassis/chassis.ts";
export type { Sink } from "./chassis/fanout.ts";
export type { Graphline, GraphlineDefinition } from "./chassis/graphline.ts";
export { graphline } from "./chassis/graphline.ts";
export type { DeafParallel, Parallel, ParOptions } from "./chassis/par.ts";
export { par } from "./chassis/par.ts";
export type { Pipeline, PipelineOptions } from "./chassis/pipeline.ts";
export { pipeline } from "./chassis/pipeline.ts";
export type { Sequence } from "./chassis/seq.ts";
export { seq } from "./chassis/seq.ts";
export type { SinkOptions, Splitter, SplitterOptions } from "./chassis/splitter.ts";
export { splitter } from "./chassis/splitter.ts";
export type { Tpipe, TpipeOptions } from "./chassis/tpipe.ts";
export { tpipe } from "./chassis/tpipe.ts";
export type { AnyComponent, Link, LinkOptions } from "./component.ts";
export { Component } from "./component.ts";
export {
  BoxAlreadyLinkedError,
  BoxEmptyError,
  BoxInUseError,
  ComponentStartedError,
  DataError,
  ExpectationError,
  FactoryError,
  LinkAcrossRunsError,
  LinkCycleError,
  NoSpaceInBoxError,
  NotOwnerError,
  NotYourServiceError,
  ResourceError,
  ServiceExistsError,
  TransactionConflictError,
  UnknownBoxError,
  UnknownPartError,
  UnknownServiceError,
  UnknownValueError,
  ValueExistsError,
} from "./errors.ts";
export type { BoxDeclaration, ComponentDeclaration } from "./factory.ts";
export { box, component } from "./factory.ts";
export type { Handle } from "./handle.ts";
export { handle } from "./handle.ts";
export type {
  BoxReport,
  ChangesOptions,
  ComponentReport,
  LinkReport,
  Topology,
  TopologyChange,
} from "./introspection.ts";
export { toMermaid, topology, topologyChanges } from "./introspection.ts";
export type { BatcherOptions } from "./library/batcher.ts";
export { batcher } from "./library/batcher.ts";
export type { HarmOptions, HarmStats, ReordererOptions } from "./library/broken-network.ts";
export { dropper, duplicator, reorderer } from "./library/broken-network.ts";
export type { Choice, ChooserOptions } from "./library/chooser.ts";
export { chooser, forwardChooser } from "./library/chooser.ts";
export type { ClockOptions, ClockStats } from "./library/clock.ts";
export { clock } from "./library/clock.ts";
export type { ConsoleEchoerOptions, ConsoleReaderOptions } from "./library/console.ts";
export { consoleEchoer, consoleReader } from "./library/console.ts";
export type { ComparatorOptions, ExpectationOptions } from "./library/expectation.ts";
export { comparator, expectation } from "./library/expectation.ts";
export type { ChunkReaderOptions, LineReaderOptions } from "./library/file-reader.ts";
export { fileReader } from "./library/file-reader.ts";
export type { FileWriterOptions } from "./library/file-writer.ts";
export { fileWriter } from "./library/file-writer.ts";
export { filter } from "./library/filter.ts";
export type { DeframerOptions, FramerOptions } from "./library/framer.ts";
export { deframer, framer } from "./library/framer.ts";
export type { DeframerStats } from "./library/frames.ts";
export type { LinesOptions } from "./library/line-cutter.ts";
export type { LineStats } from "./library/lines.ts";
export { lines } from "./library/lines.ts";
export type { LossStats } from "./library/lossy-connector.ts";
export { lossyConnector } from "./library/lossy-connector.ts";
export type { OneShotOptions } from "./library/one-shot.ts";
export { oneShot } from "./library/one-shot.ts";
export type { Data, PartOptions } from "./library/options.ts";
export type { ProcessExit } from "./library/process-life.ts";
export type { RateLimiterOptions } from "./library/rate-limiter.ts";
export { rateLimiter } from "./library/rate-limiter.ts";
export type { SequenceOptions } from "./library/sequence.ts";
export { sequence } from "./library/sequence.ts";
export { transformer } from "./library/transformer.ts";
export { turnstile } from "./library/turnstile.ts";
export type { ConnectedUdpOptions, MulticastOptions, UdpOptions } from "./library/udp.ts";
export { multicastPeer, udpPeer } from "./library/udp.ts";
export type { Address, Datagram, UdpStats } from "./library/udp-socket.ts";
export type { ProcessFinished, UnixProcessOptions } from "./library/unix-process.ts";
export { unixProcess } from "./library/unix-process.ts";
export type { WholeFile } from "./library/whole-files.ts";
export { wholeFileReader, wholeFileWriter } from "./library/whole-files.ts";
export type { Part } from "./part.ts";
export type { Placeable, PlacedPart, ProcessOptions, ThreadOptions } from "./placement/place.ts";
export { inProcess, inThread } from "./placement/place.ts";
export type { ServiceDirectory, Services, ServicesHandle } from "./services.ts";
export { services } from "./services.ts";
export type { Service } from "./services-service.ts";
export type { Changes, OwnedValue, TrackedValue } from "./services-values.ts";
export type { ProducerFinished, Shutdown, Signal } from "./signal.ts";
export { isProducerFinished, isShutdown, producerFinished, shutdown } from "./signal.ts";
export type { StoreOptions, TransactionOptions } from "./store.ts";
export { Store } from "./store.ts";
export type { Transaction } from "./store-transaction.ts";
export type { BoxOptions, ComponentOptions, InOf, Main, OutOf, Wired } from "./types.ts";
