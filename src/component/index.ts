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
  ResourceError,
  UnknownBoxError,
  UnknownPartError,
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
export type { Part } from "./part.ts";
export type { ProducerFinished, Shutdown, Signal } from "./signal.ts";
export { isProducerFinished, isShutdown, producerFinished, shutdown } from "./signal.ts";
export type { BoxOptions, ComponentOptions, InOf, Main, OutOf, Wired } from "./types.ts";
