# Fills Redmine with the demo company's tickets: rails runner seed.rb STORY PEER.JSON
require 'json'

story = JSON.parse(File.read(ARGV[0], encoding: 'utf-8'))
# Nobody is told, and no thread beside this one looks at the database meanwhile.
ActiveJob::Base.queue_adapter = :inline
notified = Setting.notified_events
Setting.notified_events = []

Setting.rest_api_enabled = 1
Setting.default_language = 'en'
Setting.login_required = 1
Setting.host_name = '127.0.0.1'

admin = User.find_by_login('admin')
admin.update!(must_change_passwd: false, password: 'admin-pass-1', password_confirmation: 'admin-pass-1')
User.current = admin

def add_user(login, mail, name, password)
  first, last = name.split(' ', 2)
  user = User.new(firstname: first, lastname: last, mail: mail, status: 1, language: 'en')
  user.login = login
  user.password = user.password_confirmation = password
  user.save!
  user
end

severity = IssueCustomField.create!(name: 'Severity', field_format: 'list', possible_values: %w[low high], is_for_all: true,
                                    is_filter: true, trackers: Tracker.all)
customer = IssueCustomField.create!(name: 'Customer', field_format: 'string', is_for_all: true, is_filter: true,
                                    searchable: true, trackers: Tracker.all)
projects = %w[Support Sales].to_h do |name|
  project = Project.create!(name: name, identifier: name.downcase, is_public: false)
  project.enabled_module_names = %w[issue_tracking wiki documents files]
  project.trackers = Tracker.all
  project.save!
  [name, project]
end

writer = Role.find_by_name('Manager')
reader = Role.create!(name: 'Reader', assignable: false,
                      permissions: %i[view_issues view_wiki_pages view_private_notes view_documents view_files])
staff = story['users'].to_h { |row| [row['name'], add_user(row['email'].split('@')[0], row['email'], row['name'], 'user-pass-1')] }
agent = add_user('agent', 'agent@northwind-robotics.com', 'Ines Agent', 'agent-pass-1')
readonly = add_user('readonly', 'readonly@northwind-robotics.com', 'Rolf Reader', 'readonly-pass-1')
projects.each_value do |project|
  [*staff.values, agent].each { |user| Member.create!(project: project, principal: user, roles: [writer]) }
  Member.create!(project: project, principal: readonly, roles: [reader])
end

status = { 'open' => 'In Progress', 'pending' => 'Feedback', 'solved' => 'Closed' }
priority = { 'low' => 'Low', 'normal' => 'Normal', 'high' => 'High' }
tickets = story['tickets'].each.with_index(1).to_h do |row, number|
  issue = Issue.new(
    project: projects[row['tags'].include?('sales') ? 'Sales' : 'Support'],
    tracker: Tracker.find_by_name('Support'),
    subject: row['subject'],
    description: "#{row['requester']['name']} <#{row['requester']['email']}> writes:\n\n#{row['body']}",
    author: staff['Petra Lindqvist'],
    assigned_to: number % 10 == 5 ? nil : staff[row['assignee']['name']],
    status: IssueStatus.find_by_name('New'),
    priority: IssuePriority.find_by_name(priority[row['priority']])
  )
  issue.custom_field_values = { customer.id.to_s => row['account_name'] }
  issue.save!
  row['comments'].each do |comment|
    issue = Issue.find(issue.id)
    issue.init_journal(staff[comment['author']] || staff['Petra Lindqvist'], comment['body'])
    issue.current_journal.private_notes = !comment['public']
    issue.save!
  end
  issue = Issue.find(issue.id)
  issue.init_journal(staff['Jonas Weber'])
  issue.status = IssueStatus.find_by_name(status[row['status']])
  issue.save!
  [row['number'].to_s, { id: issue.id, title: issue.subject }]
end

wiki = projects['Support'].wiki || Wiki.create!(project: projects['Support'], start_page: 'Wiki')
pages = story['articles'].map do |row|
  page = WikiPage.new(wiki: wiki, title: Wiki.titleize(row['title']))
  page.content = WikiContent.new(page: page, text: row['text'], author: staff['Jonas Weber'])
  page.save_with_content(page.content)
  page.title
end

Setting.notified_events = notified
def account(user, password)
  { user: user.login, password: password, key: user.api_key, id: user.id }
end
peer = {
  accounts: { agent: account(agent, 'agent-pass-1'), readonly: account(readonly, 'readonly-pass-1') },
  seeded: {
    projects: projects.transform_values(&:id),
    users: staff.transform_values(&:id),
    trackers: Tracker.all.to_h { |row| [row.name, row.id] },
    statuses: IssueStatus.all.to_h { |row| [row.name, row.id] },
    priorities: IssuePriority.all.to_h { |row| [row.name, row.id] },
    custom_fields: { Severity: { id: severity.id, values: %w[low high] }, Customer: { id: customer.id } },
    tickets: tickets,
    wiki: pages
  }
}
File.write(ARGV[1], JSON.generate(peer))
