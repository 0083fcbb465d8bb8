import { Page } from "~/components/Page"

export function StoresPage() {
  return <Page title="StoresPage">{null}</Page>
}
