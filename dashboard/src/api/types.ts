import type { components } from "./schema"

type Schemas = components["schemas"]

export type Account = Schemas["AccountView"]
export type Credentials = Schemas["CredentialsView"]
export type CreateStore = Schemas["CreateStore"]
export type Engine = Schemas["Engine"]
export type EngineView = Schemas["EngineView"]
export type EventView = Schemas["EventView"]
export type Phase = Schemas["Phase"]
export type Plan = Schemas["Plan"]
export type ProblemBody = Schemas["Problem"]
export type Role = Schemas["Role"]
export type Session = Schemas["SessionView"]
export type Stage = Schemas["Stage"]
export type StepView = Schemas["StepView"]
export type Store = Schemas["StoreView"]
export type Token = Schemas["TokenView"]
