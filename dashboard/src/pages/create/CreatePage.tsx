import { Page } from "~/components/Page"

export function CreatePage() {
  return <Page title="CreatePage">{null}</Page>
}
